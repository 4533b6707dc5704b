import { GRPCURL } from "./grpcurl.ts";
import { JAVA, JAVA_NEWEST } from "./java.ts";
import { NODE } from "./node.ts";
import { PYTHON } from "./python.ts";
import type { Recipe } from "./recipe.ts";
import { RUST } from "./rust.ts";
import { WEB } from "./web.ts";

/** Every client that is tried, in the order of the page. */
export const RECIPES: readonly Recipe[] = [NODE, PYTHON, JAVA, JAVA_NEWEST, RUST, GRPCURL, WEB];
