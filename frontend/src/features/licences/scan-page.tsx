import { CameraOutlined, PictureOutlined } from "@ant-design/icons";
import { Alert, Button, Card, Form, Input, Space, Upload } from "antd";
import { useCallback, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useLocation, useNavigate } from "react-router";
import { readCode } from "../../../../backend/features/licences/domain/enterprise-code.ts";
import type { CodeContent } from "../../../../backend/features/licences/licence-schemas.ts";
import { PageHeader } from "../../components/page-header.tsx";
import { ProblemAlert } from "../../components/problem-alert.tsx";
import { api } from "../../lib/api.ts";
import { useAction } from "../../lib/use-action.ts";
import { Camera } from "./camera.tsx";
import { CodeContentView } from "./code-content.tsx";
import { readQrFile } from "./qr-reader.ts";

/** Reads an enterprise's code: by camera, from a picture, from a link. Public, and for institutions that are named in one. */
export function ScanPage() {
  const { t } = useTranslation("licences");
  const [camera, setCamera] = useState(false);
  const [pasted, setPasted] = useState("");
  const [notCode, setNotCode] = useState(false);
  const [shown, setShown] = useState<{ text: string; content: CodeContent }>();
  const look = useAction(async (text: string) => {
    setShown(undefined);
    setShown({ text, content: await api.post<CodeContent>("/enterprise-codes/looks", { code: text }) });
  });
  const take = useCallback(
    (text: string | undefined) => {
      setCamera(false);
      setNotCode(text === undefined || readCode(text) === undefined);
      if (text !== undefined && readCode(text)) void look.run(text);
      else setShown(undefined);
    },
    [look.run],
  );
  const { hash, pathname } = useLocation();
  const navigate = useNavigate();
  const taken = useRef("");
  useEffect(() => {
    if (hash.length < 2 || hash === taken.current) return;
    taken.current = hash;
    // Each look is counted: to load the page again must not be another.
    void navigate(pathname, { replace: true });
    take(hash);
  }, [hash, pathname, navigate, take]);

  return (
    <div className="rq-medium rq-stack">
      <PageHeader title={t("scan.title")} description={t("scan.explain")} />
      <Card>
        <div className="rq-stack">
          <Space wrap>
            <Button
              type="primary"
              icon={<CameraOutlined />}
              onClick={() => setCamera(!camera)}
              data-testid="scan-camera"
            >
              {t(camera ? "scan.stop" : "scan.start")}
            </Button>
            <Upload
              accept="image/*"
              showUploadList={false}
              beforeUpload={(file) => {
                readQrFile(file).then(take, () => take(undefined));
                return false;
              }}
              data-testid="scan-file"
            >
              <Button icon={<PictureOutlined />}>{t("scan.picture")}</Button>
            </Upload>
          </Space>
          {camera && <Camera onText={take} />}
          <Form layout="vertical" component="div">
            <Form.Item label={t("scan.paste")} htmlFor="scan-text" style={{ marginBottom: 0 }}>
              <Input.Search
                id="scan-text"
                value={pasted}
                onChange={(event) => setPasted(event.target.value)}
                onSearch={(text) => take(text)}
                enterButton={
                  <Button loading={look.pending} data-testid="scan-look">
                    {t("scan.look")}
                  </Button>
                }
                spellCheck={false}
                autoComplete="off"
                data-testid="scan-text"
              />
            </Form.Item>
          </Form>
        </div>
      </Card>
      {notCode && <Alert type="error" showIcon title={t("scan.notCode")} data-testid="scan-not-code" />}
      {look.error !== undefined && !notCode && <ProblemAlert error={look.error} />}
      {shown && <CodeContentView key={shown.content.viewsLeft} text={shown.text} content={shown.content} />}
    </div>
  );
}
