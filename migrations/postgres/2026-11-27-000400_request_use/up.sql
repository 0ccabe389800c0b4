-- How much each server process took of an organization's requests lately, so that limits hold over all of them. Written where
-- several processes serve one database.
CREATE TABLE request_use (
    org TEXT NOT NULL,
    server TEXT NOT NULL,
    total BIGINT NOT NULL,
    recent BIGINT NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (org, server)
);
