DELETE FROM sqlite_stat1 WHERE tbl = 'event';
DROP TABLE event_reader;
DROP TABLE event_follow;
DROP TABLE event;
