ALTER TABLE ingestion DROP COLUMN file_name;
