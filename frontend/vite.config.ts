import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { build, defineConfig, type Plugin } from "vite";

const here = fileURLToPath(new URL(".", import.meta.url));
const KEPT_PAGE = "verify-offline.html";

/** Puts scripts and styles into the page itself and leaves no other file. */
const inlined: Plugin = {
  name: "inlined",
  enforce: "post",
  generateBundle(_, bundle) {
    const page = bundle[KEPT_PAGE];
    if (page?.type !== "asset") throw new Error(`the build made no ${KEPT_PAGE}`);
    let html = String(page.source);
    for (const [name, file] of Object.entries(bundle)) {
      if (file === page) continue;
      // What is imported later is in here already: there is nothing to load before it.
      const text = file.type === "chunk" ? file.code.replaceAll("__VITE_PRELOAD__", "void 0") : String(file.source);
      const [tag, inside] = file.type === "chunk" ? ["script", ' type="module"'] : ["style", ""];
      const reference = new RegExp(`<(?:script|link)[^>]*${name.replaceAll(".", "\\.")}"[^>]*>(?:</script>)?`);
      if (!reference.test(html)) throw new Error(`the page does not name ${name}`);
      // In a function, so that no $ in the text is a pattern; and no text may end its own element.
      html = html.replace(reference, () => `<${tag}${inside}>${text.replaceAll(`</${tag}`, `<\\/${tag}`)}</${tag}>`);
      delete bundle[name];
    }
    page.source = html;
  },
};

/** After the site, the page to keep: dist/verify-offline.html, one file that needs nothing beside it. */
const keptPage: Plugin = {
  name: "kept-page",
  apply: "build",
  async closeBundle() {
    await build({
      configFile: false,
      root: `${here}/src/offline`,
      base: "./",
      publicDir: false,
      logLevel: "warn",
      plugins: [react(), inlined],
      build: {
        outDir: `${here}/dist`,
        emptyOutDir: false,
        target: "es2022",
        modulePreload: false,
        cssCodeSplit: false,
        assetsInlineLimit: Number.MAX_SAFE_INTEGER,
        chunkSizeWarningLimit: 4000,
        rolldownOptions: { input: `${here}/src/offline/${KEPT_PAGE}`, output: { codeSplitting: false } },
      },
    });
  },
};

export default defineConfig({
  root: here,
  plugins: [react(), keptPage],
  server: {
    port: 5173,
    proxy: { "/api": process.env.API_URL ?? "http://localhost:3000" },
    // Schemas, typed data and pure checks are shared with the backend.
    fs: { allow: [fileURLToPath(new URL("..", import.meta.url))] },
  },
  build: {
    outDir: `${here}/dist`,
    emptyOutDir: true,
    target: "es2022",
    chunkSizeWarningLimit: 1200,
    // Inlined assets would need data: in the content security policy.
    assetsInlineLimit: 0,
  },
});
