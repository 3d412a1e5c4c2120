/** The version that results carry. `npm version` writes it here; a test holds it to package.json. */
export const POOLSIM_VERSION = "0.1.0";
