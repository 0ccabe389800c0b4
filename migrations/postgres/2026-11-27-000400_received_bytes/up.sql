-- Bytes that came before are met before they are read.
CREATE INDEX interchange_in_bytes ON interchange_in (sender, digest) WHERE digest IS NOT NULL;
