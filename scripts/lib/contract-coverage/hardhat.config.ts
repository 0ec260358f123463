import { fileURLToPath } from "node:url";
import { defineConfig } from "hardhat/config";
import project from "../../../hardhat.config.ts";
import { branchPlugin } from "./branch-plugin.ts";

const OUTPUT = fileURLToPath(new URL("../../../.tmp/coverage", import.meta.url));

/** The project's, with conditions counted, and with folders of its own: such code must never be taken for the real one. */
export default defineConfig({
  ...project,
  plugins: [...(project.plugins ?? []), branchPlugin],
  paths: { ...project.paths, artifacts: `${OUTPUT}/artifacts`, cache: `${OUTPUT}/cache` },
  typechain: { outDir: `${OUTPUT}/types` },
  coverage: { skipFiles: ["contracts/test/**"] },
});
