/* The examples of the S3 API reference, "Signature calculations for the Authorization header". */
#include "backup/store/sigv4.h"

#include "tests/harness.h"

#define EMPTY "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

static const struct sigv4 example = {.access_key = "AKIAIOSFODNN7EXAMPLE",
    .secret_key = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    .region = "us-east-1",
    .stamp = "20130524T000000Z"};

static struct http_request
request(const char *method, const char *path, const char *query, const char *sha256)
{
    struct http_request r = {.method = method, .path = path, .query = query};

    http_set(&r, "host", "examplebucket.s3.amazonaws.com");
    http_set(&r, "x-amz-content-sha256", sha256);
    http_set(&r, "x-amz-date", example.stamp);
    return r;
}

static void
expect(const struct http_request *r, const char *names, const char *signature)
{
    struct fault f = FAULT_INIT;
    struct text value = TEXT_INIT;

    ASSERT_OK(sigv4_authorize(&example, r, &value, &f), &f);
    CU_ASSERT(test_contains(text_get(&value),
        "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,"));
    CU_ASSERT(test_contains(text_get(&value), names));
    CU_ASSERT(test_contains(text_get(&value), signature));
    text_release(&value);
}

static void
signs_a_get_with_a_range(void)
{
    struct http_request r = request("GET", "/test.txt", "", EMPTY);

    http_set(&r, "range", "bytes=0-9");
    expect(&r, "SignedHeaders=host;range;x-amz-content-sha256;x-amz-date,",
        "Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41");
}

static void
signs_a_put(void)
{
    struct http_request r = request("PUT", "/test%24file.text", "",
        "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072");

    http_set(&r, "date", "Fri, 24 May 2013 00:00:00 GMT");
    http_set(&r, "x-amz-storage-class", "REDUCED_REDUNDANCY");
    expect(&r, "SignedHeaders=date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class,",
        "Signature=98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd");
}

static void
signs_a_parameter_without_a_value(void)
{
    struct http_request r = request("GET", "/", "lifecycle=", EMPTY);

    expect(&r, "SignedHeaders=host;x-amz-content-sha256;x-amz-date,",
        "Signature=fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543");
}

static void
signs_a_listing(void)
{
    struct http_request r = request("GET", "/", "max-keys=2&prefix=J", EMPTY);

    expect(&r, "SignedHeaders=host;x-amz-content-sha256;x-amz-date,",
        "Signature=34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7");
}

static void
encodes_all_but_what_is_unreserved(void)
{
    struct text t = TEXT_INIT;

    http_add_encoded(&t, "a/Z-._~ $%é+=", true);
    CU_ASSERT_STRING_EQUAL(text_get(&t), "a/Z-._~%20%24%25%C3%A9%2B%3D");
    text_clear(&t);
    http_add_encoded(&t, "a/b", false);
    CU_ASSERT_STRING_EQUAL(text_get(&t), "a%2Fb");
    text_release(&t);
}

const struct test suite_backup_store_sigv4[] = {
    {"signs a GET with a range", signs_a_get_with_a_range},
    {"signs a PUT", signs_a_put},
    {"signs a parameter without a value", signs_a_parameter_without_a_value},
    {"signs a listing", signs_a_listing},
    {"encodes all but what is unreserved", encodes_all_but_what_is_unreserved},
    {0},
};
