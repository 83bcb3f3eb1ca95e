#include "tests/bench/bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

double
bench_seconds(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

void
bench_print(const char *name, double number)
{
    printf("%s\t%.9g\n", name, number);
    fflush(stdout);
}

void
bench_print_memory(void)
{
    struct rusage usage;

    getrusage(RUSAGE_SELF, &usage);
    bench_print("peak_bytes", (double)usage.ru_maxrss * 1024);
}

int
bench_failed(const struct fault *f)
{
    fprintf(stderr, "bench: %s\n", f->text);
    return 1;
}

static int
compare_numbers(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;

    return (a > b) - (a < b);
}

double
bench_median(double *numbers, size_t count)
{
    if (count == 0)
        return -1;
    qsort(numbers, count, sizeof *numbers, compare_numbers);
    return count % 2 == 1 ? numbers[count / 2] : (numbers[count / 2 - 1] + numbers[count / 2]) / 2;
}
