// Gives the reader a file to keep.
const KEPT_MS = 60_000;

export function saveFile(content: Blob, name: string): void
{
	const link = document.createElement('a');
	link.href = URL.createObjectURL(content);
	link.download = name;
	link.click();
	setTimeout(() => URL.revokeObjectURL(link.href), KEPT_MS);
}
