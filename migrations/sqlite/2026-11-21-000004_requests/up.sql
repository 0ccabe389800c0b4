-- Answers to requests that carried an idempotency key, kept for a day.
CREATE TABLE idempotency (
    org TEXT NOT NULL,
    request_key TEXT NOT NULL,
    fingerprint BLOB NOT NULL,
    answer TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (org, request_key)
) WITHOUT ROWID;
CREATE INDEX idempotency_created_at ON idempotency (created_at);

-- When each part of the service was last used, for GetHeartbeat.
CREATE TABLE heartbeat (
    component TEXT NOT NULL PRIMARY KEY,
    last_at BIGINT NOT NULL
);
