class A {
  static int[] clampAll(int[] xs, int low, int high) {
    int[] out = new int[xs.length];
    for (int i = 0; i < xs.length; i++) out[i] = Math.min(Math.max(xs[i], low), high);
    return out;
  }
}
