DELETE FROM sqlite_stat1 WHERE tbl IN ('sender_profile', 'default_sender');
DROP TABLE default_sender;
DROP TABLE sender_profile;
