/**
 * The little statistics that a comparison needs, exact where it can be.
 *
 * Libraries that have the two quantiles weigh more than everything else the chat loads.
 */

/** An interval, both ends included. */
export interface Interval {
  low: number;
  high: number;
}

/** The confidence of every interval that is shown. */
export const CONFIDENCE = 0.95;

/**
 * The natural logarithm of the gamma function, for `x > 0`: Stirling's series (DLMF 5.11.1), after the recurrence
 * (DLMF 5.5.1) has brought `x` to where it has converged.
 */
function logGamma(x: number): number {
  let shift = 0;
  for (; x < 10; x++) shift += Math.log(x);
  const square = x * x;
  const series = (1 / 12 - (1 / 360 - (1 / 1260 - (1 / 1680 - 1 / 1188 / square) / square) / square) / square) / x;
  return (x - 0.5) * Math.log(x) - x + Math.log(2 * Math.PI) / 2 + series - shift;
}

/**
 * The regularized incomplete beta function I_x(a, b): the probability that a beta-distributed number is below `x`.
 *
 * The continued fraction DLMF 8.17.22, evaluated forwards by Lentz's method.
 */
export function incompleteBeta(x: number, a: number, b: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  // The fraction converges fast only on this side of the distribution's mean.
  if (x > (a + 1) / (a + b + 2)) return 1 - incompleteBeta(1 - x, b, a);
  const tiny = 1e-300;
  let c = 1;
  let d = 1 / (1 - ((a + b) * x) / (a + 1) || tiny);
  let fraction = d;
  for (let m = 1; m < 1000; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    const before = fraction;
    for (const term of [even, odd]) {
      d = 1 / (1 + term * d || tiny);
      c = 1 + term / c || tiny;
      fraction *= c * d;
    }
    if (Math.abs(fraction - before) <= 1e-15 * Math.abs(fraction)) break;
  }
  const front = logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log1p(-x);
  return (Math.exp(front) * fraction) / a;
}

/** Where a rising function of 0 to 1 reaches `target`, by bisection: to the last bit, and with no derivative to go wrong. */
function inverse(rising: (x: number) => number, target: number): number {
  let low = 0;
  let high = 1;
  for (;;) {
    const middle = (low + high) / 2;
    if (middle <= low || middle >= high) return middle;
    if (rising(middle) < target) low = middle;
    else high = middle;
  }
}

/**
 * The exact interval of a share, from `hits` of `trials` independent yes-or-no trials.
 *
 * Clopper and Pearson (1934), "The use of confidence or fiducial limits illustrated in the case of the binomial",
 * Biometrika 26: it covers the true share at least as often as it says, at any number of trials.
 *
 * @throws RangeError Where there is no trial, or more hits than trials.
 */
export function shareInterval(hits: number, trials: number): Interval {
  if (!(trials >= 1 && hits >= 0 && hits <= trials)) throw new RangeError(`${hits} of ${trials}`);
  const tail = (1 - CONFIDENCE) / 2;
  return {
    low: hits === 0 ? 0 : inverse((x) => incompleteBeta(x, hits, trials - hits + 1), tail),
    high: hits === trials ? 1 : inverse((x) => incompleteBeta(x, hits + 1, trials - hits), 1 - tail),
  };
}

/** The standard normal distribution's quantile that leaves half of what `CONFIDENCE` leaves above it. */
const REACH = 1.959963984540054;

/**
 * The interval of a share that Wilson (1927) gives in "Probable inference, the law of succession, and statistical inference",
 * Journal of the American Statistical Association 22: narrower than the exact one, and on average as sure as it says.
 *
 * @throws RangeError Where there is no trial, or more hits than trials.
 */
export function wilsonInterval(hits: number, trials: number): Interval {
  if (!(trials >= 1 && hits >= 0 && hits <= trials)) throw new RangeError(`${hits} of ${trials}`);
  const share = hits / trials;
  const weight = REACH ** 2 / trials;
  const centre = (share + weight / 2) / (1 + weight);
  const reach = (REACH / (1 + weight)) * Math.sqrt((share * (1 - share)) / trials + weight / (4 * trials));
  // Rounding may lead past the ends, which are exact with no hits and with hits only.
  return { low: hits === 0 ? 0 : centre - reach, high: hits === trials ? 1 : centre + reach };
}

/** How many standard errors to each side of a mean Student's interval reaches, with `freedom` degrees of freedom. */
export function studentReach(freedom: number): number {
  // P(|T| > t) = I_x(freedom / 2, 1 / 2), with x = freedom / (freedom + t * t).
  const x = inverse((at) => incompleteBeta(at, freedom / 2, 0.5), 1 - CONFIDENCE);
  return Math.sqrt(freedom / x - freedom);
}

export function mean(values: number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** The sample standard deviation, with n − 1; not a number for fewer than two values. */
export function deviation(values: number[]): number {
  const centre = mean(values);
  return Math.sqrt(values.reduce((sum, value) => sum + (value - centre) ** 2, 0) / (values.length - 1));
}

/** Student's interval of the mean; undefined for fewer than two values, of which nothing can be said. */
export function meanInterval(values: number[]): Interval | undefined {
  if (values.length < 2) return undefined;
  const reach = (studentReach(values.length - 1) * deviation(values)) / Math.sqrt(values.length);
  return { low: mean(values) - reach, high: mean(values) + reach };
}

/** Random numbers of [0, 1), the same for the same seed: Marsaglia (2003), "Xorshift RNGs", 32 bits. */
export function random(seed: number): () => number {
  // Zero stays zero, and a small seed takes some steps to fill the bits.
  let state = seed | 0 || 1;
  const next = (): number => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
  for (let i = 0; i < 16; i++) next();
  return next;
}

/** A copy in random order: Fisher and Yates. */
export function shuffled<T>(items: readonly T[], next: () => number): T[] {
  const copy = [...items];
  for (let i = copy.length - 1; i > 0; i--) {
    const j = Math.floor(next() * (i + 1));
    [copy[i], copy[j]] = [copy[j]!, copy[i]!];
  }
  return copy;
}
