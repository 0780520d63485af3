const vocabulary = 'http://cv.iptc.org/newscodes/digitalsourcetype/';
/** The IPTC's word for what a trained machine made. */
export const trainedAlgorithmicMedia = `${vocabulary}trainedAlgorithmicMedia`;
/** The IPTC's word for what a trained machine made of something that it did not make, e.g. of a photograph. */
export const compositeWithTrainedAlgorithmicMedia = `${vocabulary}compositeWithTrainedAlgorithmicMedia`;

const markOf = (sourceType: string): string => `<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about=""
 xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/"
 Iptc4xmpExt:DigitalSourceType="${sourceType}"/></rdf:RDF></x:xmpmeta>
<?xpacket end="w"?>`;

/**
 * XMP that says so, for every picture that is made of a generated one. It survives in png, jpeg, webp and avif, where signed marks of
 * the original (C2PA) are lost in scaling.
 */
export const generatedMark = markOf(trainedAlgorithmicMedia);
/** The same for a variation of something that no machine made. */
export const compositeMark = markOf(compositeWithTrainedAlgorithmicMedia);
