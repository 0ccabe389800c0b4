-- Imported lists: code lists, nomenclature, restrictions, rates, and the rules of an organization. One row is one
-- edition of a list (or one rule) in the list's own text form.
CREATE TABLE reference_list (
    kind TEXT NOT NULL,
    org TEXT NOT NULL,
    edition TEXT NOT NULL,
    imported_at BIGINT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (kind, org, edition)
);

-- Grows with every change of the lists: servers look at it and rebuild what they keep in memory. One row.
CREATE TABLE reference_state (
    id INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    version_no BIGINT NOT NULL
);
INSERT INTO reference_state (id, version_no) VALUES (1, 0);

-- What the quality rules found, shown with the declaration.
ALTER TABLE declaration ADD COLUMN quality_score INTEGER;
ALTER TABLE declaration ADD COLUMN quality_findings TEXT;

ALTER TABLE idempotency ADD COLUMN warnings INTEGER NOT NULL DEFAULT 0;
