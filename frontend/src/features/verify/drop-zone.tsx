import { FileProtectOutlined } from "@ant-design/icons";
import { Button, Form, Input, Upload } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";

/** Where files are dropped and links or hashes pasted. */
export function DropZone(props: { onFiles(files: readonly File[]): void; onText(text: string): void; busy: boolean }) {
  const { t } = useTranslation("verify");
  const [text, setText] = useState("");
  return (
    <div className="rq-stack">
      <Upload.Dragger
        multiple
        showUploadList={false}
        data-testid="verify-file"
        beforeUpload={(file, all) => {
          // Called for each of them, with all of them.
          if (file === all[0]) props.onFiles(all);
          return false;
        }}
      >
        <p className="rq-verify-icon">
          <FileProtectOutlined />
        </p>
        <p>{t("drop")}</p>
        <p className="rq-small rq-skipped">{t("dropHint")}</p>
      </Upload.Dragger>
      <Form layout="vertical" onFinish={() => props.onText(text.trim())}>
        <Form.Item label={t("paste")} htmlFor="verify-text" extra={t("pasteHint")}>
          <Input.Search
            id="verify-text"
            value={text}
            onChange={(event) => setText(event.target.value)}
            onSearch={() => props.onText(text.trim())}
            enterButton={
              <Button data-testid="verify-look" loading={props.busy}>
                {t("look")}
              </Button>
            }
            spellCheck={false}
            autoComplete="off"
            data-testid="verify-text"
          />
        </Form.Item>
      </Form>
    </div>
  );
}
