/** Where the streams come from when a scenario does not say: regions and their weights (a guess). */
export const DEFAULT_GATEWAYS = [
  { region: "FRA", weight: 40 },
  { region: "NYC", weight: 30 },
  { region: "LAX", weight: 20 },
  { region: "SIN", weight: 10 },
];
