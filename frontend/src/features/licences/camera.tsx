import { Alert } from "antd";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { readQr } from "./qr-reader.ts";
import "./licences.css";

const EVERY_MS = 200;

/** The camera's picture, looked at until it shows a QR code. */
export function Camera({ onText }: { onText(text: string): void }) {
  const { t } = useTranslation("licences");
  const video = useRef<HTMLVideoElement>(null);
  const found = useRef(onText);
  found.current = onText;
  const [away, setAway] = useState(false);
  useEffect(() => {
    let stopped = false;
    let stream: MediaStream | undefined;
    async function watch() {
      stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
      const element = video.current;
      if (stopped || !element) return;
      element.srcObject = stream;
      await element.play();
      while (!stopped) {
        const text =
          element.videoWidth > 0 ? await readQr(element, element.videoWidth, element.videoHeight) : undefined;
        if (text !== undefined && !stopped) {
          found.current(text);
          return;
        }
        await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
      }
    }
    // No camera, none allowed, or a page that isn't from a safe origin.
    watch()
      .catch(() => stopped || setAway(true))
      .finally(() => stopped && stop());
    function stop() {
      for (const track of stream?.getTracks() ?? []) track.stop();
    }
    return () => {
      stopped = true;
      stop();
    };
  }, []);
  if (away) return <Alert type="warning" showIcon title={t("scan.noCamera")} />;
  return <video ref={video} className="code-camera" playsInline muted aria-label={t("scan.camera")} />;
}
