// The main job with Axis 1.4, which knows SOAP 1.1 alone and takes no element that it was not made with.

import java.lang.reflect.Method;
import java.math.BigDecimal;
import java.net.URL;
import java.util.Calendar;
import java.util.TimeZone;
import made.*;

class MainJob {
    static final String AUA = "b5507016-7da2-4777-a161-1e8042a6a377";
    static final String DEA = "63de3b10-521c-4dbb-8836-59da8dad803e";
    static final String DE = "0a3c1f6e-7f5b-4f0e-9d57-2d1f7a6b9c02";
    static final String ZERO = "00000000-0000-0000-0000-000000000000";

    static void expect(String what, Object expected, Object found) {
        if (!expected.equals(found)) {
            throw new AssertionError(what + ": expected " + expected + ", found " + found);
        }
    }

    // The full contract has an office behind the user.
    static Object call(ICDSAPIService port, String name, Object... values) throws Exception {
        for (Method method : ICDSAPIService.class.getMethods()) {
            if (method.getName().equals(name)) {
                return method.invoke(port, java.util.Arrays.copyOf(values, method.getParameterCount()));
            }
        }
        throw new AssertionError(name);
    }

    static CDSView view(ICDSAPIService port, String token, String post, String id, String flow) throws Exception {
        for (int tries = 0; tries < 200; tries++) {
            CDSView view = (CDSView) call(port, "getCustomsStatus", token, post, id, flow, false, null, null);
            if (view != null && (flow.equals("I") || view.getDCResponse() != null)) {
                return view;
            }
            Thread.sleep(20);
        }
        throw new AssertionError("nothing came");
    }

    static Calendar at(int month, int day) {
        Calendar at = Calendar.getInstance(TimeZone.getTimeZone("UTC"));
        at.clear();
        at.set(2026, month - 1, day, 0, 0, 0);
        return at;
    }

    public static void main(String[] arguments) throws Exception {
        int serial = 20000000 + Integer.parseInt(arguments[1]);
        String id = "EE" + serial + check(serial) + "AU";
        ICDSAPIService port = new CDSAPIServiceLocator().getAPIbasicEndpoint(new URL(arguments[0].replace("?wsdl", "")));
        MailObject object = new MailObject();
        object.setEntityState(1);
        object.setId(id);
        object.setOrigPostOrgCd("AUA");
        object.setDestPostOrgCd("DEA");
        object.setMailClassCd("E");
        object.setMailCategoryCd("A");
        object.setPostingDt(at(11, 1));
        DeclarationDeclarationDataContentPiece piece = new DeclarationDeclarationDataContentPiece();
        piece.setDescription("Wooden toy train");
        piece.setHS("950300");
        piece.setAmount(new BigDecimal("38.50"));
        piece.setCurrencyCd("EUR");
        piece.setNetWeight(new BigDecimal("0.800"));
        piece.setNumber(2);
        piece.setOrigCountryCd("AU");
        DeclarationDeclarationData data = new DeclarationDeclarationData();
        data.setContentPieces(new DeclarationDeclarationDataContentPiece[] {piece});
        data.setGrossWeight(new BigDecimal("1.500"));
        data.setNatureTypeCd("11");
        data.setHandlingClassCd("N");
        data.setPostage(new BigDecimal("14.50"));
        data.setPostageCurrencyCd("EUR");
        data.setSenderName("Harbour Toys Pty");
        data.setSenderAddressLine1("1 Example Street");
        data.setSenderCity("Sydney");
        data.setSenderZIP("2000");
        data.setSenderCountryCd("AU");
        data.setRecipientName("Beispielempfang");
        data.setRecipientAddressLine1("Probestrasse 5");
        data.setRecipientCity("Frankfurt");
        data.setRecipientZIP("60594");
        data.setRecipientCountryCd("DE");
        data.setRecipientTelephone("+49695550102");
        Declaration declaration = new Declaration();
        declaration.setEntityState(1);
        declaration.setCDSStateCd(0);
        declaration.setMailObjectPId(ZERO);
        declaration.setData(data);
        call(port, "storeDeclaration", AUA, object, declaration, 2, "tester", null);

        CDSView seen = view(port, DEA, "DEA", id, "I");
        expect("weight", new BigDecimal("1.500"), seen.getDeclaration().getData().getGrossWeight());
        expect("description", "Wooden toy train", seen.getDeclaration().getData().getContentPieces()[0].getDescription());

        ResponseResponseData decision = new ResponseResponseData();
        decision.setDecisionCd("2");
        decision.setClearanceDt(at(11, 10));
        decision.setDutiable(false);
        Response response = new Response();
        response.setEntityState(1);
        response.setCDSStateCd(0);
        response.setMailObjectPId(ZERO);
        response.setData(decision);
        call(port, "storeResponse", DE, object, response, 2, "tester", null);
        expect("decision", "2", view(port, AUA, "AUA", id, "O").getDCResponse().getData().getDecisionCd());
        try {
            port.getHSCodes(AUA, "");
            throw new AssertionError("no fault");
        } catch (org.apache.axis.AxisFault fault) {
            expect("fault", "goodDescription: say what the goods are", fault.getFaultString());
        }
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
