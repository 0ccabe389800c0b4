// The main job with the reference implementation of JAX-WS, in both versions of SOAP: declared at the origin, read and decided at the
// destination, read back at the origin.

import java.math.BigDecimal;
import java.net.URL;
import javax.xml.datatype.DatatypeFactory;
import javax.xml.datatype.XMLGregorianCalendar;
import javax.xml.ws.soap.SOAPFaultException;
import made.*;

class MainJob {
    static final String AUA = "b5507016-7da2-4777-a161-1e8042a6a377";
    static final String DEA = "63de3b10-521c-4dbb-8836-59da8dad803e";
    static final String DE = "0a3c1f6e-7f5b-4f0e-9d57-2d1f7a6b9c02";
    static final String ZERO = "00000000-0000-0000-0000-000000000000";
    static final ObjectFactory MAKE = new ObjectFactory();

    static void expect(String what, Object expected, Object found) {
        if (!expected.equals(found)) {
            throw new AssertionError(what + ": expected " + expected + ", found " + found);
        }
    }

    static XMLGregorianCalendar date(String text) throws Exception {
        return DatatypeFactory.newInstance().newXMLGregorianCalendar(text);
    }

    static CDSView view(ICDSAPIService port, String token, String post, String id, String flow) throws Exception {
        for (int tries = 0; tries < 200; tries++) {
            CDSView view = (CDSView) call(port, "getCustomsStatus", token, post, id, flow, false, null, null);
            if (view != null && (flow.equals("I") || view.getDCResponse().getValue() != null)) {
                return view;
            }
            Thread.sleep(20);
        }
        throw new AssertionError("nothing came");
    }

    public static void main(String[] arguments) throws Exception {
        int serial = Integer.parseInt(arguments[1]);
        CDSAPIService service = new CDSAPIService(new URL(arguments[0]));
        ICDSAPIService[] ports = {service.getAPIwsEndpointNoSec(), service.getAPIbasicEndpoint()};
        for (ICDSAPIService port : ports) {
            String id = "EE" + (10000000 + serial) + check(10000000 + serial++) + "AU";
            MailObject object = MAKE.createMailObject();
            object.setEntityState(1);
            object.setId(MAKE.createMailObjectId(id));
            object.setOrigPostOrgCd(MAKE.createMailObjectOrigPostOrgCd("AUA"));
            object.setDestPostOrgCd(MAKE.createMailObjectDestPostOrgCd("DEA"));
            object.setMailClassCd(MAKE.createMailObjectMailClassCd("E"));
            object.setMailCategoryCd(MAKE.createMailObjectMailCategoryCd("A"));
            object.setPostingDt(date("2026-11-01T10:00:00"));
            DeclarationDeclarationDataContentPiece piece = MAKE.createDeclarationDeclarationDataContentPiece();
            piece.setDescription(MAKE.createDeclarationDeclarationDataContentPieceDescription("Wooden toy train"));
            piece.setHS(MAKE.createDeclarationDeclarationDataContentPieceHS("950300"));
            piece.setAmount(MAKE.createDeclarationDeclarationDataContentPieceAmount(new BigDecimal("38.50")));
            piece.setCurrencyCd(MAKE.createDeclarationDeclarationDataContentPieceCurrencyCd("EUR"));
            piece.setNetWeight(MAKE.createDeclarationDeclarationDataContentPieceNetWeight(new BigDecimal("0.800")));
            piece.setNumber(MAKE.createDeclarationDeclarationDataContentPieceNumber(2));
            piece.setOrigCountryCd(MAKE.createDeclarationDeclarationDataContentPieceOrigCountryCd("AU"));
            ArrayOfDeclarationDeclarationDataContentPiece pieces = MAKE.createArrayOfDeclarationDeclarationDataContentPiece();
            pieces.getDeclarationDeclarationDataContentPiece().add(piece);
            DeclarationDeclarationData data = MAKE.createDeclarationDeclarationData();
            data.setContentPieces(MAKE.createDeclarationDeclarationDataContentPieces(pieces));
            data.setGrossWeight(MAKE.createDeclarationDeclarationDataGrossWeight(new BigDecimal("1.500")));
            data.setNatureTypeCd(MAKE.createDeclarationDeclarationDataNatureTypeCd("11"));
            data.setHandlingClassCd(MAKE.createDeclarationDeclarationDataHandlingClassCd("N"));
            data.setPostage(MAKE.createDeclarationDeclarationDataPostage(new BigDecimal("14.50")));
            data.setPostageCurrencyCd(MAKE.createDeclarationDeclarationDataPostageCurrencyCd("EUR"));
            data.setSenderName(MAKE.createDeclarationDeclarationDataSenderName("Harbour Toys Pty"));
            data.setSenderAddressLine1(MAKE.createDeclarationDeclarationDataSenderAddressLine1("1 Example Street"));
            data.setSenderCity(MAKE.createDeclarationDeclarationDataSenderCity("Sydney"));
            data.setSenderZIP(MAKE.createDeclarationDeclarationDataSenderZIP("2000"));
            data.setSenderCountryCd(MAKE.createDeclarationDeclarationDataSenderCountryCd("AU"));
            data.setRecipientName(MAKE.createDeclarationDeclarationDataRecipientName("Beispielempfang"));
            data.setRecipientAddressLine1(MAKE.createDeclarationDeclarationDataRecipientAddressLine1("Probestrasse 5"));
            data.setRecipientCity(MAKE.createDeclarationDeclarationDataRecipientCity("Frankfurt"));
            data.setRecipientZIP(MAKE.createDeclarationDeclarationDataRecipientZIP("60594"));
            data.setRecipientCountryCd(MAKE.createDeclarationDeclarationDataRecipientCountryCd("DE"));
            data.setRecipientTelephone(MAKE.createDeclarationDeclarationDataRecipientTelephone("+49695550102"));
            Declaration declaration = MAKE.createDeclaration();
            declaration.setEntityState(1);
            declaration.setCDSStateCd(0);
            declaration.setMailObjectPId(ZERO);
            declaration.setData(MAKE.createDeclarationData(data));
            store(port, object, declaration);

            CDSView seen = view(port, DEA, "DEA", id, "I");
            DeclarationDeclarationData read = seen.getDeclaration().getValue().getData().getValue();
            expect("weight", new BigDecimal("1.500"), read.getGrossWeight().getValue());
            expect("posting date", "2026-11-01T00:00:00", seen.getMailObject().getValue().getPostingDt().toXMLFormat());
            expect("insured value", true, read.getInsuredValue().isNil());

            ResponseResponseData decision = MAKE.createResponseResponseData();
            decision.setDecisionCd(MAKE.createResponseResponseDataDecisionCd("2"));
            decision.setClearanceDt(MAKE.createResponseResponseDataClearanceDt(date("2026-11-10T09:00:00")));
            decision.setDutiable(false);
            Response response = MAKE.createResponse();
            response.setEntityState(1);
            response.setCDSStateCd(0);
            response.setMailObjectPId(ZERO);
            response.setData(MAKE.createResponseData(decision));
            respond(port, object, response);
            seen = view(port, AUA, "AUA", id, "O");
            expect("decision", "2", seen.getDCResponse().getValue().getData().getValue().getDecisionCd().getValue());
            try {
                port.getHSCodes(AUA, "");
                throw new AssertionError("no fault");
            } catch (SOAPFaultException fault) {
                expect("fault", "goodDescription: say what the goods are", fault.getFault().getFaultString());
            }
        }
    }

    // The full contract has an office behind the user.
    static void store(ICDSAPIService port, MailObject object, Declaration declaration) throws Exception {
        call(port, "storeDeclaration", AUA, object, declaration, 2, "tester", null);
    }

    static void respond(ICDSAPIService port, MailObject object, Response response) throws Exception {
        call(port, "storeResponse", DE, object, response, 2, "tester", null);
    }

    static Object call(ICDSAPIService port, String name, Object... values) throws Exception {
        for (java.lang.reflect.Method method : ICDSAPIService.class.getMethods()) {
            if (method.getName().equals(name)) {
                return method.invoke(port, java.util.Arrays.copyOf(values, method.getParameterCount()));
            }
        }
        throw new AssertionError(name);
    }

    static int check(int serial) {
        int[] weights = {8, 6, 4, 2, 3, 5, 9, 7};
        String digits = String.valueOf(serial);
        int sum = 0;
        for (int at = 0; at < 8; at++) {
            sum += weights[at] * (digits.charAt(at) - '0');
        }
        int digit = 11 - sum % 11;
        return digit == 10 ? 0 : digit == 11 ? 5 : digit;
    }
}
