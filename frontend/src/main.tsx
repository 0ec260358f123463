import { createRoot } from "react-dom/client";
import { config } from "zod";
import { App } from "./app/app.tsx";
import { startI18n } from "./lib/i18n.ts";
import "./app/styles.css";

// Compiled checks need eval, which the content security policy forbids.
config({ jitless: true });
await startI18n();
createRoot(document.getElementById("root")!).render(<App />);
