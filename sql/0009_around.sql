-- What stands around a post, for its page (store/around.h): the posts before and after it, those that share most
-- with it. JSON. NULL: not looked for yet (the next publication does it for all), or not live.
ALTER TABLE post ADD COLUMN around TEXT;
