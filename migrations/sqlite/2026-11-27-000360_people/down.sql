-- Sessions at browsers end, and who belongs to no organization goes.
DROP TABLE recovery_code;
DROP TABLE reset_link;
DROP TABLE web_session;
DELETE FROM user_account WHERE org NOT IN (SELECT code FROM organization);
CREATE TABLE new_user_account (
    org TEXT NOT NULL REFERENCES organization (code),
    user_cd TEXT NOT NULL,
    password_hash TEXT,
    created_by TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (org, user_cd)
) WITHOUT ROWID;
INSERT INTO new_user_account SELECT org, user_cd, password_hash, created_by, created_at FROM user_account;
DROP TABLE user_account;
ALTER TABLE new_user_account RENAME TO user_account;
