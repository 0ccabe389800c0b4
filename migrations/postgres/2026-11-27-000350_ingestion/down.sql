ALTER TABLE event DROP COLUMN ingestion;
ALTER TABLE event DROP COLUMN external_ref;
DROP INDEX item_place_reference;
ALTER TABLE item_place DROP COLUMN ingestion;
ALTER TABLE item_place DROP COLUMN external_ref;
DROP TABLE ingestion_item;
DROP TABLE ingestion_finding;
DROP TABLE ingestion_bytes;
DROP TABLE ingestion;
