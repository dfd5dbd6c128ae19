/* The site object that a blog without any settings has; its keys are those of site.h. */
#include "content/site.h"

json_t *site_defaults(void) {
    static const char text[] =
        "{\"title\":\"\",\"base_url\":\"\",\"description\":\"\",\"language\":\"en\",\"copyright\":"
        "\"\","
        "\"author\":{\"name\":\"\",\"url\":\"\",\"email\":\"\"},"
        "\"page_size\":10,\"feed_size\":20,\"summary_words\":70,"
        "\"date_format\":\"January 2, 2006\",\"time_zone\":\"UTC\","
        "\"main_sections\":[],\"largest_section\":false,\"jekyll_permalink\":\"\",\"exclude\":[],"
        "\"zola_paths\":\"on\",\"permalinks\":{}"
        ",\"disable_lower\":false,"
        "\"taxonomies\":["
        "{\"plural\":\"tags\",\"singular\":\"tag\",\"title\":\"Tags\"},"
        "{\"plural\":\"categories\",\"singular\":\"category\",\"title\":\"Categories\"},"
        "{\"plural\":\"series\",\"singular\":\"series\",\"title\":\"Series\"},"
        "{\"plural\":\"authors\",\"singular\":\"author\",\"title\":\"Authors\"}],"
        "\"menu\":[],\"social\":[],\"build_drafts\":false,\"build_future\":false,\"build_expired\":"
        "false,"
        "\"home\":{\"title\":\"\",\"content\":\"\"},\"edit_url\":\"\",\"edit_append_path\":false,"
        "\"json_index\":false,\"unsafe_html\":true,\"smart\":true,\"show_toc\":false,\"params\":{},"
        "\"paths\":{\"content_dir\":\"\",\"static_dirs\":[],\"ignore\":[],\"language\":\"\","
        "\"languages\":[],"
        "\"language_in_subdir\":false,\"git_info\":false,\"ugly\":false,\"remove_accents\":false,"
        "\"paginate_path\":"
        "\"\","
        "\"permalinks_term\":{},\"permalinks_section\":{},\"date_from_name\":\"\",\"cascade\":[],"
        "\"include\":[],\"collections\":[],\"collections_dir\":\"\",\"source\":\"\",\"defaults\":[]"
        ","
        "\"zola_taxonomies\":\"on\",\"zola_keep_dates\":false}"
        "}";
    return json_loadb(text, sizeof text - 1, 0, NULL);
}
