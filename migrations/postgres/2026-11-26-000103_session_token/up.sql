-- A session knows the token that opened it, and goes with it and with its user. Which token opened the sessions there
-- are is not known: they end.
DROP TABLE session;
CREATE TABLE session (
    digest BYTEA NOT NULL PRIMARY KEY,
    org TEXT NOT NULL REFERENCES organization (code),
    user_cd TEXT NOT NULL,
    office TEXT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    seen_at TIMESTAMPTZ NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL,
    token BYTEA NOT NULL REFERENCES security_token (digest) ON DELETE CASCADE,
    FOREIGN KEY (org, user_cd) REFERENCES user_account (org, user_cd) ON DELETE CASCADE
);
CREATE INDEX session_expires_at ON session (expires_at);
CREATE INDEX session_of_user ON session (org, user_cd);
CREATE INDEX session_of_token ON session (token);
