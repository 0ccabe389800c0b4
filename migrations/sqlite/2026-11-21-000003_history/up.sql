-- Who did what when: one chain of hashes per item.
CREATE TABLE item_history (
    post_org TEXT NOT NULL,
    object_pid BLOB NOT NULL,
    seq INTEGER NOT NULL,
    at BIGINT NOT NULL,
    actor_org TEXT NOT NULL,
    user_cd TEXT,
    office_cd TEXT,
    event TEXT NOT NULL,
    detail TEXT NOT NULL,
    doc_kind TEXT,
    doc_version INTEGER,
    doc_digest BLOB,
    hash BLOB NOT NULL,
    PRIMARY KEY (post_org, object_pid, seq)
) WITHOUT ROWID;

-- Once a minute the heads of all items changed since are sealed in one global chain.
CREATE TABLE seal (
    seal_no BIGINT NOT NULL PRIMARY KEY,
    sealed_at BIGINT NOT NULL,
    through_change_no BIGINT NOT NULL,
    entries INTEGER NOT NULL,
    hash BLOB NOT NULL
);
CREATE INDEX seal_at ON seal (sealed_at);

CREATE TABLE seal_entry (
    seal_no BIGINT NOT NULL REFERENCES seal (seal_no),
    post_org TEXT NOT NULL,
    object_pid BLOB NOT NULL,
    head_seq INTEGER NOT NULL,
    head_hash BLOB NOT NULL,
    PRIMARY KEY (seal_no, post_org, object_pid)
) WITHOUT ROWID;
CREATE INDEX seal_entry_item ON seal_entry (post_org, object_pid, head_seq);
