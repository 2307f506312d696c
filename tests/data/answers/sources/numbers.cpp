#include <cstdio>

int gcd(int a, int b) {
    while (b != 0) {
        int t = a % b;
        a = b;
        b = t;
    }
    return a;
}

int lcm(int a, int b) {
    return a / gcd(a, b) * b;
}

void show(int a, int b) {
    printf("%d\n", lcm(a, b));
}