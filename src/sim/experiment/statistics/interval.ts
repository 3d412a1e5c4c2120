/** Lower and upper end, lower <= upper. */
export type Interval = readonly [low: number, high: number];
