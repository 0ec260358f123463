/* Reads QR codes in the browser: with its own reader where it has one, else with jsQR. */

interface BarcodeReader {
  detect(image: CanvasImageSource): Promise<{ rawValue: string }[]>;
}
type ReaderClass = new (options: { formats: string[] }) => BarcodeReader;

/** Larger pictures are made smaller: the code in them is still many pixels wide. */
const MOST_PIXELS = 1_600;

function pixelsOf(source: CanvasImageSource, width: number, height: number): ImageData | undefined {
  const scale = Math.min(1, MOST_PIXELS / Math.max(width, height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(height * scale);
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (!context || canvas.width === 0 || canvas.height === 0) return undefined;
  context.drawImage(source, 0, 0, canvas.width, canvas.height);
  return context.getImageData(0, 0, canvas.width, canvas.height);
}

/** The text of a QR code in a picture or in a video's present frame. */
export async function readQr(source: CanvasImageSource, width: number, height: number): Promise<string | undefined> {
  const Reader = (window as { BarcodeDetector?: ReaderClass }).BarcodeDetector;
  try {
    const found = Reader ? await new Reader({ formats: ["qr_code"] }).detect(source) : [];
    if (found[0]) return found[0].rawValue;
  } catch {
    // Some browsers have the reader but not the service behind it.
  }
  const pixels = pixelsOf(source, width, height);
  if (!pixels) return undefined;
  const { default: jsQR } = await import("jsqr");
  return jsQR(pixels.data, pixels.width, pixels.height)?.data;
}

export async function readQrFile(file: Blob): Promise<string | undefined> {
  const image = await createImageBitmap(file);
  try {
    return await readQr(image, image.width, image.height);
  } finally {
    image.close();
  }
}
