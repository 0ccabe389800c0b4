<?php
// The main job with PHP's SoapClient, in both versions of SOAP: declared at the origin, read and decided at the destination, read
// back at the origin. Writes a line for each fault.
//
// Standard input: {"wsdl": address, "tokens": {organization: token}, "ids": [one for each version]}.

$given = json_decode(stream_get_contents(STDIN), true);

function expect(string $what, $expected, $found): void
{
    if ($expected !== $found) {
        echo "$what: expected ", json_encode($expected), ', found ', json_encode($found), "\n";
    }
}

foreach ([SOAP_1_1, SOAP_1_2] as $at => $version) {
    $client = new SoapClient($given['wsdl'], [
        'soap_version' => $version, 'exceptions' => true, 'cache_wsdl' => WSDL_CACHE_NONE, 'features' => SOAP_SINGLE_ELEMENT_ARRAYS,
    ]);
    $id = $given['ids'][$at];
    $tokens = $given['tokens'];
    $object = ['entityState' => 1, 'DestPostOrgCd' => 'DEA', 'Id' => $id, 'MailCategoryCd' => 'A', 'MailClassCd' => 'E',
        'OrigPostOrgCd' => 'AUA', 'PostingDt' => '2026-11-01T10:00:00'];
    $piece = ['Amount' => '38.50', 'CurrencyCd' => 'EUR', 'Description' => 'Wooden toy train', 'HS' => '950300', 'Index' => 1,
        'NetWeight' => '0.800', 'Number' => 2, 'OrigCountryCd' => 'AU'];
    $data = ['ContentPieces' => ['Declaration.DeclarationData.ContentPiece' => [$piece]], 'GrossWeight' => '1.500',
        'HandlingClassCd' => 'N', 'NatureTypeCd' => '11', 'Postage' => '14.50', 'PostageCurrencyCd' => 'EUR',
        'RecipientAddressLine1' => 'Probestrasse 5', 'RecipientCity' => 'Frankfurt', 'RecipientCountryCd' => 'DE',
        'RecipientName' => 'Beispielempfang', 'RecipientTelephone' => '+49695550102', 'RecipientZIP' => '60594',
        'SenderAddressLine1' => '1 Example Street', 'SenderCity' => 'Sydney', 'SenderCountryCd' => 'AU',
        'SenderName' => 'Harbour Toys Pty', 'SenderZIP' => '2000'];
    $zero = '00000000-0000-0000-0000-000000000000';
    $declaration = ['entityState' => 1, 'CDSStateCd' => 0, 'MailObjectPId' => $zero, 'Data' => $data];
    $client->StoreDeclaration(['token' => $tokens['AUA'], 'mailObject' => $object, 'decl' => $declaration, 'evtCd' => 2,
        'userCd' => 'tester']);
    $read = fn (string $org, string $flow) => $client->GetCustomsStatus(['token' => $tokens[$org], 'postalOrgCd' => $org,
        'id' => $id, 'flow' => $flow, 'forceCreateResponseIfNotAvailable' => false])->GetCustomsStatusResult;
    for ($tries = 0; ($view = $read('DEA', 'I')) === null && $tries < 200; $tries++) {
        usleep(20000);
    }
    expect("$version weight", '1.500', $view->Declaration->Data->GrossWeight);
    expect("$version posting date", '2026-11-01T00:00:00', $view->MailObject->PostingDt);
    $pieces = $view->Declaration->Data->ContentPieces->{'Declaration.DeclarationData.ContentPiece'};
    expect("$version description", 'Wooden toy train', $pieces[0]->Description);
    $response = ['entityState' => 1, 'CDSStateCd' => 0, 'MailObjectPId' => $zero,
        'Data' => ['ClearanceDt' => '2026-11-10T09:00:00', 'DecisionCd' => '2', 'Dutiable' => false]];
    $client->StoreResponse(['token' => $tokens['DE'], 'mailObject' => $object, 'resp' => $response, 'evtCd' => 2,
        'userCd' => 'tester']);
    for ($tries = 0; ($view = $read('AUA', 'O'))->DCResponse === null && $tries < 200; $tries++) {
        usleep(20000);
    }
    expect("$version decision", '2', $view->DCResponse->Data->DecisionCd);
    expect("$version dutiable", false, $view->DCResponse->Data->Dutiable);
    try {
        $client->GetHSCodes(['securityToken' => $tokens['AUA'], 'goodDescription' => '']);
        echo "$version: no fault\n";
    } catch (SoapFault $fault) {
        expect("$version fault", 'goodDescription: say what the goods are', $fault->getMessage());
    }
}
