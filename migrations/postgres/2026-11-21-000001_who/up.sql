-- Who may call: organizations, their tokens, offices and users.
CREATE TABLE organization (
    code TEXT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('P', 'C')),
    country TEXT NOT NULL,
    name TEXT NOT NULL,
    customs TEXT,
    remote BOOLEAN NOT NULL,
    time_zone TEXT NOT NULL,
    creates_users BOOLEAN NOT NULL,
    created_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX organization_country ON organization (country, kind);
CREATE INDEX organization_customs ON organization (customs);

-- Tokens and session keys are kept as SHA-256 only.
CREATE TABLE security_token (
    digest BYTEA NOT NULL PRIMARY KEY,
    org TEXT NOT NULL REFERENCES organization (code),
    label TEXT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    expires_at TIMESTAMPTZ,
    revoked_at TIMESTAMPTZ
);
CREATE INDEX security_token_org ON security_token (org);

CREATE TABLE office (
    code TEXT NOT NULL PRIMARY KEY,
    org TEXT NOT NULL REFERENCES organization (code),
    name TEXT NOT NULL
);
CREATE INDEX office_org ON office (org);

CREATE TABLE user_account (
    org TEXT NOT NULL REFERENCES organization (code),
    user_cd TEXT NOT NULL,
    password_hash TEXT,
    created_by TEXT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (org, user_cd)
);

CREATE TABLE user_office (
    org TEXT NOT NULL,
    user_cd TEXT NOT NULL,
    office TEXT NOT NULL REFERENCES office (code),
    PRIMARY KEY (org, user_cd, office),
    FOREIGN KEY (org, user_cd) REFERENCES user_account (org, user_cd)
);

CREATE TABLE session (
    digest BYTEA NOT NULL PRIMARY KEY,
    org TEXT NOT NULL REFERENCES organization (code),
    user_cd TEXT NOT NULL,
    office TEXT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    seen_at TIMESTAMPTZ NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX session_expires_at ON session (expires_at);
CREATE INDEX session_of_user ON session (org, user_cd);
