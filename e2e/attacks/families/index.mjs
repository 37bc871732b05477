// All vectors, in the order in which they are told of.
import { app } from "./app.mjs";
import { bombs } from "./bombs.mjs";
import { figures } from "./figures.mjs";
import { harness } from "./harness.mjs";
import { markup } from "./markup.mjs";
import { navigation } from "./navigation.mjs";
import { network } from "./network.mjs";
import { permissions } from "./permissions.mjs";
import { pollution } from "./pollution.mjs";
import { protocol } from "./protocol.mjs";
import { python } from "./python.mjs";
import { runtime } from "./runtime.mjs";
import { storage } from "./storage.mjs";
import { workers } from "./workers.mjs";

/** @type {import("../vector.mjs").Vector[]} */
export const vectors = [
  ...network,
  ...python,
  ...workers,
  ...app,
  ...storage,
  ...navigation,
  ...permissions,
  ...markup,
  ...figures,
  ...protocol,
  ...pollution,
  ...runtime,
  ...harness,
  ...bombs,
];
