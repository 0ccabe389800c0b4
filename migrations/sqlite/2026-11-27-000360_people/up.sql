-- People who sign in at a browser: roles, language, lock, second factor; sessions of theirs beside those of systems; links that
-- set a password once, and codes that stand in for a lost second factor, both by SHA-256. Who runs the server belongs to no
-- organization (`-`), so accounts need none.
CREATE TABLE new_user_account (
    org TEXT NOT NULL,
    user_cd TEXT NOT NULL,
    password_hash TEXT,
    created_by TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    roles TEXT NOT NULL DEFAULT '',
    display_name TEXT NOT NULL DEFAULT '',
    language TEXT,
    theme TEXT,
    locked_at BIGINT,
    password_changed_at BIGINT,
    factor TEXT,
    factor_at BIGINT,
    factor_step BIGINT,
    PRIMARY KEY (org, user_cd)
) WITHOUT ROWID;
INSERT INTO new_user_account (org, user_cd, password_hash, created_by, created_at)
    SELECT org, user_cd, password_hash, created_by, created_at FROM user_account;
DROP TABLE user_account;
ALTER TABLE new_user_account RENAME TO user_account;

CREATE TABLE web_session (
    digest BLOB NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    org TEXT NOT NULL,
    user_cd TEXT NOT NULL,
    office TEXT,
    created_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    agent TEXT,
    address TEXT,
    FOREIGN KEY (org, user_cd) REFERENCES user_account (org, user_cd) ON DELETE CASCADE
) WITHOUT ROWID;
CREATE INDEX web_session_expires_at ON web_session (expires_at);
CREATE INDEX web_session_of_user ON web_session (org, user_cd);
CREATE TABLE reset_link (
    org TEXT NOT NULL,
    user_cd TEXT NOT NULL,
    digest BLOB NOT NULL UNIQUE,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (org, user_cd),
    FOREIGN KEY (org, user_cd) REFERENCES user_account (org, user_cd) ON DELETE CASCADE
) WITHOUT ROWID;
CREATE INDEX reset_link_end ON reset_link (expires_at);
CREATE TABLE recovery_code (
    org TEXT NOT NULL,
    user_cd TEXT NOT NULL,
    digest BLOB NOT NULL,
    PRIMARY KEY (org, user_cd, digest),
    FOREIGN KEY (org, user_cd) REFERENCES user_account (org, user_cd) ON DELETE CASCADE
) WITHOUT ROWID;
