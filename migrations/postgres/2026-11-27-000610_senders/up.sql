-- Who sends, under a name of the organization's own.
CREATE TABLE sender_profile (
    org TEXT NOT NULL,
    reference TEXT NOT NULL,
    changed_at TIMESTAMPTZ NOT NULL,
    -- The members of a declaration that say who sends, as JSON.
    sender TEXT NOT NULL,
    PRIMARY KEY (org, reference)
);

-- Whose declarations a profile completes: an OAuth2 client's, or, under an empty name, those of everybody who has none.
CREATE TABLE default_sender (
    org TEXT NOT NULL,
    client TEXT NOT NULL,
    reference TEXT NOT NULL,
    PRIMARY KEY (org, client),
    FOREIGN KEY (org, reference) REFERENCES sender_profile (org, reference)
);
CREATE INDEX default_sender_profile ON default_sender (org, reference);
