-- What a sender without an account comes back with: the SHA-256 of a secret; none where a program lodged it.
ALTER TABLE anonymous_declaration ADD COLUMN secret BLOB;
