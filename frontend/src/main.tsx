import { createRoot } from "react-dom/client";
import { config } from "zod";
import { App } from "./app/app.tsx";
import { startI18n } from "./lib/i18n.ts";
import "./app/styles.css";

// Compiled checks need eval, which the content security policy forbids.
config({ jitless: true });

// A new version was served while this page was open: its old parts are gone. Once; a part that is really missing must
// not reload for ever.
window.addEventListener("vite:preloadError", (event) => {
  const last = Number(sessionStorage.getItem("rongqiao.reloadedAt") ?? 0);
  if (Date.now() - last < 10_000) return;
  sessionStorage.setItem("rongqiao.reloadedAt", String(Date.now()));
  event.preventDefault();
  window.location.reload();
});

await startI18n();
createRoot(document.getElementById("root")!).render(<App />);
