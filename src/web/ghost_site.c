/* The site as Ghost's settings show it, and the one tier there is: everything is free. */
#include "web/ghost.h"

#include "web/view.h"

#include <string.h>

static int put_menu(json_t *o, const struct snapshot *site) {
    json_t *list = json_array(), *entry;
    int bad = 0;
    size_t i;
    json_array_foreach(json_object_get(site->site, "menu"), i, entry) {
        json_t *item = json_object();
        bad |= json_put_string(item, "label", json_get_string(entry, "name", ""));
        bad |= json_put_string(item, "url", json_get_string(entry, "url", ""));
        bad |= json_array_append_new(list, item);
    }
    bad |= json_put(o, "navigation", list);
    return bad | json_put(o, "secondary_navigation", json_array());
}

/* What members, comments and the portal are set to where there are none. */
static int put_absent(json_t *o) {
    static const char *const off[] = {"members_enabled",
                                      "members_invite_only",
                                      "paid_members_enabled",
                                      "allow_self_signup",
                                      "recommendations_enabled",
                                      "portal_button",
                                      "portal_name",
                                      "portal_signup_checkbox_required"};
    static const char *const none[] = {"logo",
                                       "accent_color",
                                       "cover_image",
                                       "facebook",
                                       "twitter",
                                       "codeinjection_head",
                                       "codeinjection_foot",
                                       "meta_title",
                                       "meta_description",
                                       "og_image",
                                       "og_title",
                                       "og_description",
                                       "twitter_image",
                                       "twitter_title",
                                       "twitter_description",
                                       "members_support_address",
                                       "firstpromoter_account",
                                       "portal_button_icon",
                                       "portal_signup_terms_html"};
    int bad = ghost_put_nulls(o, NULL, none, sizeof none / sizeof none[0]);
    for (size_t i = 0; i < sizeof off / sizeof off[0]; i++)
        bad |= json_put_bool(o, off[i], false);
    bad |= json_put_string(o, "comments_enabled", "off");
    bad |= json_put_string(o, "portal_button_style", "icon-and-text");
    bad |= json_put_string(o, "portal_button_signup_text", "Subscribe");
    return bad | json_put(o, "portal_plans", json_array());
}

json_t *ghost_settings(struct visit *v) {
    const struct snapshot *site = v->site;
    json_t *o = json_object();
    const char *language = json_get_string(site->site, "language", "");
    const char *zone = json_get_string(site->settings, "time_zone", "UTC");
    if (*language == '\0')
        language = "en";
    int bad = json_put_string(o, "title", json_get_string(site->site, "title", ""));
    bad |= json_put_string(o, "description", json_get_string(site->site, "description", ""));
    bad |= json_put_string(o, "url", json_get_string(site->site, "url", ""));
    bad |= ghost_put_url(o, "icon", site, json_get_string(site->site, "icon", NULL));
    bad |= json_put_string(o, "lang", language);
    bad |= json_put_string(o, "locale", language);
    bad |= json_put_string(o, "timezone", strcmp(zone, "UTC") == 0 ? "Etc/UTC" : zone);
    bad |= json_put_string(o, "version", GHOST_VERSION);
    bad |= put_menu(o, site);
    bad |= put_absent(o);
    return view_done(o, bad);
}

json_t *ghost_tiers(void) {
    static const char *const none[] = {"description", "welcome_page_url", "created_at",
                                       "updated_at"};
    char id[GHOST_ID_SIZE];
    json_t *list = json_array(), *o = json_object();
    ghost_id_write(id, GHOST_TIER, 1);
    int bad = json_put_string(o, "id", id);
    bad |= json_put_string(o, "name", "Free");
    bad |= json_put_string(o, "slug", "free");
    bad |= json_put_string(o, "type", "free");
    bad |= json_put_string(o, "visibility", "public");
    bad |= json_put_bool(o, "active", true);
    bad |= json_put_int(o, "trial_days", 0);
    bad |= json_put(o, "benefits", json_array());
    bad |= ghost_put_nulls(o, NULL, none, sizeof none / sizeof none[0]);
    bad |= json_array_append_new(list, o);
    return view_done(list, bad);
}
