-- Declarations made before an item id is known. The columns that end in _key are what is searched by.
CREATE TABLE anonymous_declaration (
    post_org TEXT NOT NULL,
    id TEXT NOT NULL,
    pid BLOB NOT NULL,
    created_at BIGINT NOT NULL,
    changed_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    -- The item id it became.
    final_id TEXT,
    dest_post TEXT,
    mail_class TEXT,
    office_cd TEXT,
    user_cd TEXT,
    sender_name_key TEXT,
    sender_email_key TEXT,
    sender_telephone_key TEXT,
    recipient_name_key TEXT,
    recipient_country TEXT,
    recipient_zip_key TEXT,
    body TEXT NOT NULL,
    other TEXT NOT NULL,
    PRIMARY KEY (post_org, id)
) WITHOUT ROWID;
CREATE INDEX anonymous_declaration_open ON anonymous_declaration (post_org, pid) WHERE final_id IS NULL;
CREATE INDEX anonymous_declaration_expiry ON anonymous_declaration (expires_at);

CREATE TABLE marketed_good (
    seller TEXT NOT NULL,
    reference_id INTEGER NOT NULL,
    valid_from BIGINT,
    valid_to BIGINT,
    for_everyone BOOLEAN NOT NULL,
    changed_at BIGINT NOT NULL,
    digest BLOB NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (seller, reference_id)
) WITHOUT ROWID;
CREATE INDEX marketed_good_everyone ON marketed_good (for_everyone, seller, reference_id);

CREATE TABLE marketed_good_buyer (
    buyer TEXT NOT NULL,
    seller TEXT NOT NULL,
    reference_id INTEGER NOT NULL,
    PRIMARY KEY (buyer, seller, reference_id),
    FOREIGN KEY (seller, reference_id) REFERENCES marketed_good (seller, reference_id)
) WITHOUT ROWID;
CREATE INDEX marketed_good_buyer_good ON marketed_good_buyer (seller, reference_id);

CREATE TABLE postal_service (
    orig_org TEXT NOT NULL,
    service_id BLOB NOT NULL,
    -- Empty: to every post.
    dest_org TEXT NOT NULL,
    valid_from BIGINT,
    valid_to BIGINT,
    changed_at BIGINT NOT NULL,
    digest BLOB NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (orig_org, service_id)
) WITHOUT ROWID;
CREATE INDEX postal_service_way ON postal_service (orig_org, dest_org);
