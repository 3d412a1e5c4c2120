/**
 * All of the schema library, for the settings of extensions. The bundled command has in it what it needs
 * itself, and loads this one from the package only where there are extensions.
 */
export { z as wholeZod } from "zod";
