DROP TABLE default_sender;
DROP TABLE sender_profile;
