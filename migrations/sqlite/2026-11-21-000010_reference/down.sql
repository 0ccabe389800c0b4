ALTER TABLE idempotency DROP COLUMN warnings;
ALTER TABLE declaration DROP COLUMN quality_findings;
ALTER TABLE declaration DROP COLUMN quality_score;
DROP TABLE reference_state;
DROP TABLE reference_list;
