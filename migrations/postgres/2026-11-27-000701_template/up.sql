-- Forms that people keep to begin declarations with. They go with their owner.
CREATE TABLE template (
    org TEXT NOT NULL,
    owner TEXT NOT NULL,
    name TEXT NOT NULL,
    shared BOOLEAN NOT NULL,
    body TEXT NOT NULL,
    changed_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (org, owner, name),
    FOREIGN KEY (org, owner) REFERENCES user_account (org, user_cd) ON DELETE CASCADE
);
