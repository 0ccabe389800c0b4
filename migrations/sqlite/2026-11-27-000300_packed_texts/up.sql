-- Texts of documents are stored packed from now on, as bytes; what is stored already is read as it is. Columns keep
-- their declared type here: SQLite stores bytes in them as bytes.
SELECT 1;
