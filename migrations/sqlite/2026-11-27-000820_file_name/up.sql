-- What the file of an ingestion is called by who sent it.
ALTER TABLE ingestion ADD COLUMN file_name TEXT;
