import { accessSync, constants, existsSync } from "node:fs";
import { runChild } from "./child.ts";

const CHROMIUM = "/usr/bin/chromium";
const PACKAGES = ["chromium", "fonts-noto-cjk"];

const isProgram = (path: string): boolean => {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
};

/**
 * Path of the Chromium for the browser test; installs Debian's, with fonts for Chinese, where it may. Throws with one
 * clear line when there is none to be had. CHROMIUM_PATH names another.
 */
export async function ensureBrowser(say: (line: string) => void): Promise<string> {
  const named = process.env.CHROMIUM_PATH;
  if (named) {
    if (isProgram(named)) return named;
    throw new Error(`CHROMIUM_PATH is ${named}, which is not a program`);
  }
  if (isProgram(CHROMIUM)) return CHROMIUM;
  const how = `install ${PACKAGES.join(" and ")}, name a browser in CHROMIUM_PATH, or leave the test out with SKIP_BROWSER=1`;
  if (!existsSync("/usr/bin/apt-get")) throw new Error(`there is no Chromium at ${CHROMIUM}: ${how}`);
  if (process.getuid?.() !== 0) throw new Error(`there is no Chromium, and only root may install it: ${how}`);
  say(`installing ${PACKAGES.join(" and ")} with apt-get for the browser test …`);
  const env = { DEBIAN_FRONTEND: "noninteractive" };
  const install = ["install", "-y", "-qq", "--no-install-recommends", ...PACKAGES];
  // The lists may be missing (a fresh machine) or old; both show only in the install.
  await runChild("apt-get", ["update", "-qq"], { env, timeoutMs: 180_000 });
  const { code, output } = await runChild("apt-get", install, { env, timeoutMs: 400_000 });
  if (code === 0 && isProgram(CHROMIUM)) return CHROMIUM;
  const reason = /^E: .+$/m.exec(output)?.[0] ?? "apt-get failed";
  throw new Error(`Chromium could not be installed (${reason}): ${how}`);
}
