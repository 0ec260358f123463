import { DownloadOutlined, QrcodeOutlined } from "@ant-design/icons";
import { Button, Modal, Typography } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { ProofPack } from "../../../backend/lib/proof/pack.ts";
import { downloadJson } from "../lib/download.ts";
import { useAction } from "../lib/use-action.ts";
import { ProblemAlert } from "./problem-alert.tsx";
import "./proof-qr.css";

/** A QR code made here, in the browser: its link carries the proof itself, all but the document. */
export function ProofQr(props: { pack: () => Promise<ProofPack>; compact?: boolean; disabled?: boolean }) {
  const { t } = useTranslation("verify");
  const [shown, setShown] = useState<{ link: string; image: string; pack: ProofPack }>();
  const [open, setOpen] = useState(false);
  const show = useAction(async () => {
    setOpen(true);
    setShown(undefined);
    const [{ qrLinkOf }, { toString: draw }] = await Promise.all([
      import("../../../backend/lib/proof/link.ts"),
      import("qrcode"),
    ]);
    const pack = await props.pack();
    const link = await qrLinkOf(window.location.origin, pack);
    const svg = await draw(link, { type: "svg", errorCorrectionLevel: "L", margin: 2 });
    setShown({ pack, link, image: `data:image/svg+xml;utf8,${encodeURIComponent(svg)}` });
  });
  return (
    <>
      <Button
        {...(props.compact ? { type: "text" as const, size: "small" as const } : {})}
        icon={<QrcodeOutlined />}
        disabled={props.disabled ?? false}
        loading={show.pending}
        onClick={() => void show.run()}
        aria-label={t("qr.show")}
        title={t("qr.show")}
        data-testid="proof-qr"
      >
        {props.compact ? null : t("qr.show")}
      </Button>
      <Modal
        open={open}
        onCancel={() => setOpen(false)}
        footer={null}
        title={t("qr.title")}
        width={560}
        destroyOnHidden
      >
        {show.error !== undefined && <ProblemAlert error={show.error} />}
        {shown && (
          <div className="rq-stack" data-testid="proof-qr-shown" data-link={shown.link}>
            <img src={shown.image} alt={t("qr.alt")} className="rq-qr" />
            <Typography.Text type="secondary">{t("qr.explain")}</Typography.Text>
            <Button
              icon={<DownloadOutlined />}
              onClick={() => downloadJson("proof.json", shown.pack)}
              data-testid="proof-qr-download"
            >
              {t("qr.download")}
            </Button>
            <Typography.Text copyable={{ text: shown.link, tooltips: [t("qr.copy"), t("common:copied")] }}>
              {t("qr.copy")}
            </Typography.Text>
          </div>
        )}
      </Modal>
    </>
  );
}
