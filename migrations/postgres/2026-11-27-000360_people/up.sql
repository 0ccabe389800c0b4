-- People who sign in at a browser: roles, language, lock, second factor; sessions of theirs beside those of systems; links that
-- set a password once, and codes that stand in for a lost second factor, both by SHA-256. Who runs the server belongs to no
-- organization (`-`), so accounts need none.
ALTER TABLE user_account DROP CONSTRAINT user_account_org_fkey;
ALTER TABLE user_account ADD COLUMN roles TEXT NOT NULL DEFAULT '';
ALTER TABLE user_account ADD COLUMN display_name TEXT NOT NULL DEFAULT '';
ALTER TABLE user_account ADD COLUMN language TEXT;
ALTER TABLE user_account ADD COLUMN theme TEXT;
ALTER TABLE user_account ADD COLUMN locked_at TIMESTAMPTZ;
ALTER TABLE user_account ADD COLUMN password_changed_at TIMESTAMPTZ;
ALTER TABLE user_account ADD COLUMN factor TEXT;
ALTER TABLE user_account ADD COLUMN factor_at TIMESTAMPTZ;
ALTER TABLE user_account ADD COLUMN factor_step BIGINT;

CREATE TABLE web_session (
    digest BYTEA NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    org TEXT NOT NULL,
    user_cd TEXT NOT NULL,
    office TEXT,
    created_at TIMESTAMPTZ NOT NULL,
    seen_at TIMESTAMPTZ NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL,
    agent TEXT,
    address TEXT,
    FOREIGN KEY (org, user_cd) REFERENCES user_account (org, user_cd) ON DELETE CASCADE
);
CREATE INDEX web_session_expires_at ON web_session (expires_at);
CREATE INDEX web_session_of_user ON web_session (org, user_cd);
CREATE TABLE reset_link (
    org TEXT NOT NULL,
    user_cd TEXT NOT NULL,
    digest BYTEA NOT NULL UNIQUE,
    expires_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (org, user_cd),
    FOREIGN KEY (org, user_cd) REFERENCES user_account (org, user_cd) ON DELETE CASCADE
);
CREATE INDEX reset_link_end ON reset_link (expires_at);
CREATE TABLE recovery_code (
    org TEXT NOT NULL,
    user_cd TEXT NOT NULL,
    digest BYTEA NOT NULL,
    PRIMARY KEY (org, user_cd, digest),
    FOREIGN KEY (org, user_cd) REFERENCES user_account (org, user_cd) ON DELETE CASCADE
);
