DROP TABLE event_reader;
DROP TABLE event_follow;
DROP TABLE event;
