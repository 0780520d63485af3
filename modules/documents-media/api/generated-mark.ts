/** The IPTC's word for what a trained machine made. */
export const trainedAlgorithmicMedia = 'http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia';

/**
 * XMP that says so, for every picture that is made of a generated one. It survives in png, jpeg, webp and avif, where signed marks of
 * the original (C2PA) are lost in scaling.
 */
export const generatedMark = `<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about=""
 xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/"
 Iptc4xmpExt:DigitalSourceType="${trainedAlgorithmicMedia}"/></rdf:RDF></x:xmpmeta>
<?xpacket end="w"?>`;
