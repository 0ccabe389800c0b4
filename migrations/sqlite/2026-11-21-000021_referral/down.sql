DROP TABLE referral_response;
DROP TABLE referral;
